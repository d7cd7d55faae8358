// Controls on 0 and on 1, inverses and powers of gates.
OPENQASM 3.0;
include "stdgates.inc";
qubit[5] q;
bit[5] c;
gate twist(a, b) x, y { rx(a) x; cx x, y; p(b) y; }
h q;
ctrl @ rx(0.7) q[0], q[3];
negctrl @ ry(1.1) q[1], q[4];
ctrl @ negctrl @ sx q[2], q[0], q[1];
negctrl(2) @ x q[3], q[4], q[0];
inv @ twist(0.4, 0.9) q[4], q[2];
ctrl @ inv @ twist(0.3, 1.2) q[1], q[0], q[3];
pow(3) @ s q[2];
inv @ t q[3];
U(0.3, 0.8, 1.4) q[4];
h q;
c = measure q;

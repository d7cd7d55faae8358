// No measurement: the state itself is the result.
OPENQASM 3.0;
include "stdgates.inc";
qubit[3] q;
h q[0];
ctrl @ p(0.7) q[0], q[1];
ry(0.6) q[1];
cx q[1], q[2];
gphase(0.5);

// The swap test of two states of two qubits.
OPENQASM 2.0;
include "qelib1.inc";
qreg anc[1];
qreg a[2];
qreg b[2];
creg c[1];
ry(0.4) a[0];
rz(0.3) a[0];
cx a[0], a[1];
ry(0.9) b[0];
ry(0.2) b[1];
h anc[0];
cswap anc[0], a[0], b[0];
cswap anc[0], a[1], b[1];
h anc[0];
measure anc[0] -> c[0];

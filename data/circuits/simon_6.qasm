// Simon: every outcome x has x * 110 = 0.
OPENQASM 2.0;
include "qelib1.inc";
qreg in[3];
qreg f[3];
creg c[3];
h in;
// f(x) = x, folded by the secret string 110
cx in[0], f[0];
cx in[1], f[1];
cx in[2], f[2];
cx in[0], f[0];
cx in[0], f[1];
h in;
measure in -> c;

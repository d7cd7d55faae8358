// Teleportation: the state of q[0] comes out at q[2], measured in its own basis, always 0.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
creg m0[1];
creg m1[1];
creg out[1];
u3(0.7, 0.4, 1.1) q[0];
h q[1];
cx q[1], q[2];
cx q[0], q[1];
h q[0];
measure q[0] -> m0[0];
measure q[1] -> m1[0];
if (m1 == 1) x q[2];
if (m0 == 1) z q[2];
u3(-0.7, -1.1, -0.4) q[2];
measure q[2] -> out[0];

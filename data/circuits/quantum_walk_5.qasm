// Three steps of a walk on a ring of sixteen places.
OPENQASM 2.0;
include "qelib1.inc";
qreg pos[4];
qreg coin[1];
creg c[4];
h coin[0];
s coin[0];
// step up where the coin is 1
c4x coin[0], pos[0], pos[1], pos[2], pos[3];
c3x coin[0], pos[0], pos[1], pos[2];
ccx coin[0], pos[0], pos[1];
cx coin[0], pos[0];
// and down where it is 0
x coin[0];
cx coin[0], pos[0];
ccx coin[0], pos[0], pos[1];
c3x coin[0], pos[0], pos[1], pos[2];
c4x coin[0], pos[0], pos[1], pos[2], pos[3];
x coin[0];
h coin[0];
// step up where the coin is 1
c4x coin[0], pos[0], pos[1], pos[2], pos[3];
c3x coin[0], pos[0], pos[1], pos[2];
ccx coin[0], pos[0], pos[1];
cx coin[0], pos[0];
// and down where it is 0
x coin[0];
cx coin[0], pos[0];
ccx coin[0], pos[0], pos[1];
c3x coin[0], pos[0], pos[1], pos[2];
c4x coin[0], pos[0], pos[1], pos[2], pos[3];
x coin[0];
h coin[0];
// step up where the coin is 1
c4x coin[0], pos[0], pos[1], pos[2], pos[3];
c3x coin[0], pos[0], pos[1], pos[2];
ccx coin[0], pos[0], pos[1];
cx coin[0], pos[0];
// and down where it is 0
x coin[0];
cx coin[0], pos[0];
ccx coin[0], pos[0], pos[1];
c3x coin[0], pos[0], pos[1], pos[2];
c4x coin[0], pos[0], pos[1], pos[2], pos[3];
x coin[0];
h coin[0];
measure pos -> c;

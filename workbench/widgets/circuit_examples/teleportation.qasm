// Teleportation: acts on what was measured
OPENQASM 3.0;
include "stdgates.inc";

input float[64] theta;

qubit[3] q;
bit[2] sent;
bit[1] received;

// the state to send
ry(theta) q[0];

// what both share
h q[1];
cx q[1], q[2];

cx q[0], q[1];
h q[0];
sent[0] = measure q[0];
sent[1] = measure q[1];

if (sent[1] == true) x q[2];
if (sent[0] == true) z q[2];
received[0] = measure q[2];

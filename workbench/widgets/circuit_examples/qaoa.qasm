// QAOA on a triangle with a tail
OPENQASM 3.0;
include "stdgates.inc";

gate along(t) a, b { cx a, b; rz(t) b; cx a, b; }

input float[64] gamma;
input float[64] beta;

qubit[4] q;
bit[4] c;

h q;
along(2 * gamma) q[0], q[1];
along(2 * gamma) q[1], q[2];
along(2 * gamma) q[0], q[2];
along(2 * gamma) q[2], q[3];
rx(2 * beta) q;
c = measure q;

// Two angles: an ansatz
OPENQASM 3.0;
include "stdgates.inc";

input float[64] theta;
input float[64] phi;

qubit[2] q;
bit[2] c;

ry(theta) q[0];
cx q[0], q[1];
ry(phi) q[1];
c = measure q;

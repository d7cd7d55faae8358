// Interference: one phase
OPENQASM 3.0;
include "stdgates.inc";

input float[64] phi;

qubit[1] q;
bit[1] c;

h q[0];
p(phi) q[0];
h q[0];
c = measure q;

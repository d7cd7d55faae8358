// Two GHZ states of three are fused to one of six by a measurement that one side answers to.
OPENQASM 3.0;
include "stdgates.inc";
qubit[6] q;
bit m;
bit[6] c;
qubit helper;
h q[0];
cx q[0], q[1];
cx q[1], q[2];
h q[3];
cx q[3], q[4];
cx q[4], q[5];
cx q[2], helper;
cx q[3], helper;
m = measure helper;
if (m) {
  x q[3];
  x q[4];
  x q[5];
}
c = measure q;

// A W state of four qubits: one of them is 1, each with probability 1/4.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[4];
creg c[4];
// passes on all of the excitation but 1/4, then 1/3, then 1/2
gate share(theta) a, b { ry(theta) b; cz a, b; ry(-theta) b; cx b, a; }
x q[0];
share(-pi/3) q[0], q[1];
share(-0.9553166181245093) q[1], q[2];
share(-pi/4) q[2], q[3];
measure q -> c;

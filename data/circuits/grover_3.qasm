// Grover with three qubits and two iterations: 101 is found with probability 0.945.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[3];
creg c[3];
gate oracle a, b, d { x b; h d; ccx a, b, d; h d; x b; }
gate diffusion a, b, d { h a; h b; h d; x a; x b; x d; h d; ccx a, b, d; h d; x a; x b; x d; h a; h b; h d; }
h q;
oracle q[0], q[1], q[2];
diffusion q[0], q[1], q[2];
oracle q[0], q[1], q[2];
diffusion q[0], q[1], q[2];
measure q -> c;

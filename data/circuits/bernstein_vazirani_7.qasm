// Bernstein-Vazirani: one query finds the hidden string 101101.
OPENQASM 2.0;
include "qelib1.inc";
qreg q[6];
qreg oracle[1];
creg c[6];
x oracle[0];
h oracle[0];
h q;
barrier q, oracle;
cx q[0], oracle[0];
cx q[2], oracle[0];
cx q[3], oracle[0];
cx q[5], oracle[0];
barrier q, oracle;
h q;
measure q -> c;

// The ripple-carry adder of Cuccaro and others: 11 + 6 or 11 + 7, least significant bit first.
OPENQASM 2.0;
include "qelib1.inc";
qreg cin[1];
qreg a[4];
qreg b[4];
qreg cout[1];
creg sum[5];
gate maj x, y, z { cx z, y; cx z, x; ccx x, y, z; }
gate uma x, y, z { ccx x, y, z; cx z, x; cx x, y; }
// a = 11, b = 6 in superposition with 7
x a[0];
x a[1];
x a[3];
x b[1];
x b[2];
h b[0];
maj cin[0], b[0], a[0];
maj a[0], b[1], a[1];
maj a[1], b[2], a[2];
maj a[2], b[3], a[3];
cx a[3], cout[0];
uma a[2], b[3], a[3];
uma a[1], b[2], a[2];
uma a[0], b[1], a[1];
uma cin[0], b[0], a[0];
measure b[0] -> sum[0];
measure b[1] -> sum[1];
measure b[2] -> sum[2];
measure b[3] -> sum[3];
measure cout[0] -> sum[4];

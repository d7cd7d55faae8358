// A T gate by a magic state: the correction depends on the measurement.
OPENQASM 3.0;
include "stdgates.inc";
qubit data;
qubit magic;
bit m;
bit out;
h data;
rz(0.4) data;
ry(0.5) data;
h magic;
t magic;
cx data, magic;
m = measure magic;
if (m == 1) {
  s data;
} else {
  id data;
}
rx(0.9) data;
out = measure data;

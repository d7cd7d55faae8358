// Gates defined by gates defined by gates, with parameters; the second register is measured first.
OPENQASM 2.0;
include "qelib1.inc";
qreg a[2];
qreg b[2];
creg second[2];
creg first[2];
gate turn(x, y) q { rz(x*y - pi/8) q; ry(sin(x) + y^2) q; rz(-x/(1 + y)) q; }
gate couple(x) p, q { turn(x, 0.5) p; cx p, q; turn(0.3, x) q; cx q, p; }
gate ring(x) p, q, r { couple(x) p, q; couple(2*x) q, r; couple(-x) r, p; }
h a;
ring(0.6) a[0], b[1], a[1];
couple(pi/5) a, b;
ring(cos(0.4)) b[0], a[1], b[1];
measure b -> second;
measure a -> first;

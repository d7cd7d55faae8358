// A turn about z by acos(3/5) that succeeds with 5/8, tried up to three times.
OPENQASM 3.0;
include "stdgates.inc";
qubit[2] anc;
qubit target;
bit[2] flag;
bit out;
gate attempt a, b, t { h a; h b; ccx a, b, t; s t; ccx a, b, t; h a; h b; }
h target;
attempt anc[0], anc[1], target;
flag = measure anc;
for int i in [1:2] {
  if (flag == 0) {
  } else {
    z target;
    reset anc[0];
    reset anc[1];
    attempt anc[0], anc[1], target;
    flag = measure anc;
  }
}
h target;
out = measure target;

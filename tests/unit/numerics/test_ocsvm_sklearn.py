"""The one-class SVM against scikit-learn's, both at eps 1e-6."""
import os
import subprocess
import unittest

import numpy
from sklearn.svm import OneClassSVM


class Sklearn(unittest.TestCase):
    def test_same_rho_and_decisions(self):
        lines = subprocess.run([os.environ["RECVEIL_OCSVM_CASES"]], capture_output=True, text=True,
                               check=True).stdout.splitlines()
        cases = list(zip(lines[0::3], lines[1::3], lines[2::3]))
        self.assertGreaterEqual(len(cases), 10)
        for head, values, answers in cases:
            with self.subTest(head):
                n, d, nu, gamma, rho = head.split()
                x = numpy.array(values.split(), dtype=float).reshape(int(n), int(d))
                ours = numpy.array(answers.split(), dtype=float)
                theirs = OneClassSVM(nu=float(nu), gamma=float(gamma), tol=1e-6).fit(x)
                offset = float(theirs.offset_[0])
                self.assertLessEqual(abs(float(rho) - offset), 1e-5 * abs(offset))
                self.assertLess(numpy.abs(theirs.decision_function(x) - ours).max(), 1e-4)


if __name__ == "__main__":
    unittest.main()

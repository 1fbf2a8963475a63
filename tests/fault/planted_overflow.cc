// Deliberately wrong: a signed overflow. The test passes only if UndefinedBehaviorSanitizer reports
// it.
#include <climits>

int main(int argc, char **) {
  int sum = INT_MAX;
  sum += argc;
  return sum == 0 ? 1 : 0;
}

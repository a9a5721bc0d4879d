// Which calls throw, and what.

#include <cstdio>

#include <narthex/narthex.h>

int main() {
  narthex::Registry registry;

  try {
    registry.gauge({.name = "queue depth", .help = "Jobs that wait."});
  } catch (const narthex::RegistrationError&) {  // a definition
    std::printf("RegistrationError\n");          // error.what() quotes the culprit and says what is allowed
  }
}

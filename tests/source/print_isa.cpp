// Prints the ISA that the library uses, or why it uses none.
#include <cholinv/cholinv.hpp>
#include <cstdio>
#include <stdexcept>

int main() {
  try {
    std::printf("%s\n", cholinv::isa_name());
  } catch (const std::invalid_argument& error) {
    std::printf("refused: %s\n", error.what());
  }
}

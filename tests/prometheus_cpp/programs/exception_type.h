#pragma once

#include <exception>
#include <iostream>
#include <stdexcept>
#include <string>

// Prints the type of the exception that a call throws.
template <class Call>
void print_exception(const std::string& title, Call call) {
  std::cout << title << ": ";
  try {
    call();
    std::cout << "none\n";
  } catch (const std::invalid_argument&) {
    std::cout << "invalid_argument\n";
  } catch (const std::exception&) {
    std::cout << "exception\n";
  }
}

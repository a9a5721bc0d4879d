#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

#include <narthex/detail/export.h>

namespace NARTHEX_VISIBILITY narthex {

/// Base class of all exceptions that narthex defines.
///
/// Values: what() quotes the invalid value and states what is allowed.
/// Exceptions: a function that throws leaves its object unchanged. Functions of narthex may also throw std::bad_alloc.
///   Exceptions from code of the user reach the caller, for example those of a sink in Registry::collect().
class NARTHEX_EXPORT Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A definition is invalid or conflicts with an earlier definition: a bad name, unsorted buckets, a second help text.
/// These functions throw it: the functions of Registry that add metrics, functions, and collectors; the constructors of
/// Registry (for its labels) and of HttpMetrics; linear_buckets(); and exponential_buckets().
class NARTHEX_EXPORT RegistrationError : public Error {
 public:
  using Error::Error;
};

/// The registry already has what is defined: another definition of the name, a metric that writes the same name, or the
/// same collector. Thrown by the functions that throw RegistrationError.
class NARTHEX_EXPORT AlreadyDefinedError : public RegistrationError {
 public:
  using RegistrationError::RegistrationError;
};

/// Labels are invalid: a lookup passes the wrong number of values, remove_matching() gets a label that the family does
/// not have, or LabelText::of() gets an invalid, reserved, or repeated name.
class NARTHEX_EXPORT LabelError : public Error {
 public:
  using Error::Error;
};

/// A sample is invalid. Sinks throw it, for example if a Collector writes a bucket count that decreases. Functions that
/// push or write files throw it if the receiver does not accept a sample. Functions of the library narthex::testing
/// throw it if a text is not in the text format.
class NARTHEX_EXPORT SampleError : public Error {
 public:
  using Error::Error;
};

/// An option is invalid: an option of an exporter or of HttpMetrics, or an entry of a web configuration file.
class NARTHEX_EXPORT OptionsError : public Error {
 public:
  using Error::Error;
};

/// The operating system or another machine reports an error. The derived types say what failed.
class NARTHEX_EXPORT SystemError : public Error {
 public:
  /// what() returns the message and the text of the code.
  SystemError(const std::string& message, std::error_code code)
      : Error(code ? message + ": " + code.message() : message), code_(code) {}

  /// Returns the code of the operating system, or an empty code if there is none.
  const std::error_code& code() const noexcept { return code_; }

 private:
  std::error_code code_;
};

/// An exporter cannot listen on an address. The code is `invalid_argument` for text that is not an address.
class NARTHEX_EXPORT ListenError : public SystemError {
 public:
  using SystemError::SystemError;
};

/// A file cannot be read or written. The code is `invalid_argument` for a file name that is not allowed.
class NARTHEX_EXPORT FileError : public SystemError {
 public:
  using SystemError::SystemError;
};

/// A push fails: the server cannot be reached, or its reply is an error.
class NARTHEX_EXPORT PushError : public SystemError {
 public:
  /// what() returns the message and the text of the code. `status` is the HTTP status of the reply, or 0.
  PushError(const std::string& message, std::error_code code, int status)
      : SystemError(message, code), status_(status) {}

  /// Returns the HTTP status of the reply, or 0 if there was no reply. code() is empty if there was a reply, or if the
  /// operating system reported no error.
  int status() const noexcept { return status_; }

 private:
  int status_;
};

}  // namespace narthex

#pragma once

// What a registry has for each kind of metric: with a Counter and counter,
//   counter({...})                      returns a Counter;
//   counter({...}, {"method", "code"})  returns a Family<Counter, 2>;
//   counter({...}, names)               returns a DynamicFamily<Counter>, where the names, known only at run time, are a
//                                       std::vector<std::string>.
#define NARTHEX_DEFINES(Metric, name)                                                          \
  Metric name(const Metric::Options& options) { return metric<Metric>(options); }              \
  template <std::size_t N>                                                                     \
  Family<Metric, N> name(const Metric::Options& options, const char* const(&label_names)[N]) { \
    return family<Metric>(options, label_names);                                               \
  }                                                                                            \
  template <std::same_as<std::vector<std::string>> Names>                                      \
  DynamicFamily<Metric> name(const Metric::Options& options, const Names& label_names) {       \
    return DynamicFamily<Metric>(define(options, label_names));                                \
  }

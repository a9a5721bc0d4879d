#pragma once

#include <string>

#include <narthex/detail/export.h>
#include <narthex/registry.h>

namespace narthex {

/// Writes a registry to a file, for the textfile collector of node_exporter: what a batch job does at its end.
///   narthex::write_textfile(registry, "/var/lib/prometheus/node-exporter/backup.prom");
/// Values: the text format 0.0.4, readable by everybody (mode 0644). The file is replaced as a whole: a reader sees the
///   old one or the new one, also when the program or the machine dies meanwhile. Collectors are called twice.
/// Threads: any, at once; of two that write the same file, the last one wins.
/// Exceptions: FileError if the file cannot be written, or if its name does not end in `.prom`, because node_exporter
///   does not read other names. SampleError for a sample with a timestamp, because node_exporter would reject the whole
///   file. The old file stays.
NARTHEX_EXPORT void write_textfile(const Registry& registry, const std::string& path);

}  // namespace narthex

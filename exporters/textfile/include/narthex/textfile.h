#pragma once

#include <string>

#include <narthex/detail/export.h>
#include <narthex/registry.h>

namespace NARTHEX_VISIBILITY narthex {

/// Writes the metrics of a registry to a file for the textfile collector of node_exporter, for example at the end of a
/// batch job.
///
/// Values: text format 0.0.4, file mode 0644. The file is replaced as a whole: a reader sees the old or the new file,
///   also if the program or the machine stops in between. A program that stops in between leaves a temporary file,
///   `path` with the suffix `.new-` and six letters or digits. A later call for the same path removes such files that
///   it may open and that are older than a minute, where the file system supports locks. Collectors are called once, on
///   the calling thread.
/// Thread safety: may be called concurrently. If several calls write the same file, it contains the metrics of the last
///   one.
/// Exceptions: FileError if the file cannot be written, or if its name does not end in `.prom`, because node_exporter
///   does not read other names. SampleError for a sample with a timestamp, because node_exporter would reject the whole
///   file. After an exception, the old file is unchanged.
///
/// Example:
///   narthex::write_textfile(registry, "/var/lib/prometheus/node-exporter/backup.prom");
NARTHEX_EXPORT void write_textfile(const Registry& registry, const std::string& path);

}  // namespace narthex

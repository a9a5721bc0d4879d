#include <narthex/textfile.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>

#include <gtest/gtest.h>
#include <narthex/narthex.h>
#include <sys/stat.h>
#include <unistd.h>

namespace narthex {
namespace {

namespace fs = std::filesystem;

class Textfile : public testing::Test {
 protected:
  Textfile() : folder_(fs::path(testing::TempDir()) / ("narthex-textfile-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directory(folder_);
    lines_.inc();
  }
  ~Textfile() override { fs::remove_all(folder_); }

  static std::string content(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }
  std::size_t count_files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()));
  }

  const fs::path folder_;
  const std::string path_ = folder_ / "job.prom";
  Registry registry_;
  const Counter lines_ = registry_.counter({.name = "lines_total", .help = "Lines."});
};

TEST_F(Textfile, ContainsTheRegistryAndIsReadableByAllUsers) {
  const mode_t umask_before = ::umask(077);
  write_textfile(registry_, path_);
  ::umask(umask_before);
  EXPECT_EQ(content(path_), "# HELP lines_total Lines.\n# TYPE lines_total counter\nlines_total 1\n");
  EXPECT_EQ(static_cast<int>(fs::status(path_).permissions()), 0644);
  EXPECT_EQ(count_files(), 1U);
}

TEST_F(Textfile, IsReplacedAtomically) {
  write_textfile(registry_, path_);
  std::ifstream reader(path_);  // keeps the old file open while it is replaced
  lines_.inc();
  write_textfile(registry_, path_);
  std::ostringstream old;
  old << reader.rdbuf();
  EXPECT_EQ(old.str(), "# HELP lines_total Lines.\n# TYPE lines_total counter\nlines_total 1\n");
  EXPECT_EQ(content(path_), "# HELP lines_total Lines.\n# TYPE lines_total counter\nlines_total 2\n");
}

// Exposition rule 216: a failure before the rename keeps the old file, and the temporary file is not read.
TEST_F(Textfile, IsUnchangedIfTheRenameFails) {
  const std::string taken = folder_ / "folder.prom";
  fs::create_directory(taken);
  fs::create_directory(fs::path(taken) / "inside");
  try {
    write_textfile(registry_, taken);
    FAIL() << "a folder was replaced";
  } catch (const FileError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("file '" + taken + "': cannot rename the temporary file '" + taken + ".new-"),
              std::string::npos)
        << what;
    EXPECT_EQ(what.find(".prom' cannot"), std::string::npos) << what;  // node_exporter does not read the temporary file
    EXPECT_EQ(error.code(), std::errc::is_a_directory);
  }
  EXPECT_TRUE(fs::exists(fs::path(taken) / "inside"));
  EXPECT_EQ(count_files(), 1U);
}

TEST_F(Textfile, ReportsAMissingFolder) {
  try {
    write_textfile(registry_, folder_ / "missing" / "job.prom");
    FAIL() << "it was written";
  } catch (const FileError& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(error.what()).find("/missing/job.prom'"), std::string::npos) << error.what();
  }
}

TEST_F(Textfile, MustHaveANameThatNodeExporterReads) {
  try {
    write_textfile(registry_, folder_ / "job.txt");
    FAIL() << "it was written";
  } catch (const FileError& error) {
    EXPECT_EQ(error.what(), "file '" + (folder_ / "job.txt").string() +
                                "': node_exporter does not read this name; it reads names that end in '.prom': "
                                "Invalid argument");
  }
  EXPECT_EQ(count_files(), 0U);
}

}  // namespace
}  // namespace narthex

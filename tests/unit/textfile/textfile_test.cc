#include <narthex/textfile.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <narthex/detail/file_descriptor.h>
#include <narthex/narthex.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
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

// Stops after some bytes of a write: at the limit of the file size, the kernel sends SIGXFSZ.
void set_up_for_an_interruption(void (*handler)(int)) {
  constexpr rlimit kSomeBytes{10, 10};
  constexpr rlimit kNone{0, 0};
  ::setrlimit(RLIMIT_CORE, &kNone);
  ::setrlimit(RLIMIT_FSIZE, &kSomeBytes);
  ::signal(SIGXFSZ, handler);
}

// Takes the rights of the superuser away, if the test has them.
class OrdinaryUser {
 public:
  OrdinaryUser() : is_changed_(::geteuid() == 0 && ::seteuid(kNobody) == 0) {}
  OrdinaryUser(const OrdinaryUser&) = delete;
  OrdinaryUser& operator=(const OrdinaryUser&) = delete;
  ~OrdinaryUser() {
    if (is_changed_ && ::seteuid(0) != 0) std::abort();
  }

 private:
  static constexpr uid_t kNobody = 65'534;
  const bool is_changed_;
};

class TextfileLeftovers : public Textfile {
 protected:
  // Runs write_textfile() in a child process whose write is interrupted.
  pid_t fork_interrupted_writer(void (*handler)(int)) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    set_up_for_an_interruption(handler);
    write_textfile(registry_, path_);
    ::_exit(0);
  }
  static void set_age(const fs::path& file, std::chrono::seconds age) {
    const timespec then{std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() - age), 0};
    const timespec times[]{then, then};
    ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, AT_SYMLINK_NOFOLLOW), 0) << file;
  }
  fs::path create(const std::string& name, std::chrono::seconds age = std::chrono::hours(1)) const {
    std::ofstream(folder_ / name) << "lines_tot";
    set_age(folder_ / name, age);
    return folder_ / name;
  }
  // The names of all files in the folder, sorted.
  std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename());
    std::ranges::sort(names);
    return names;
  }
  fs::path temporary_file() const {
    for (const auto& entry : fs::directory_iterator(folder_)) {
      if (entry.path().filename().string().starts_with("job.prom.new-")) return entry.path();
    }
    return {};
  }

  using Names = std::vector<std::string>;
};

TEST_F(TextfileLeftovers, OfAKilledWriterAreRemovedAfterAMinute) {
  int status = 0;
  ASSERT_EQ(::waitpid(fork_interrupted_writer(SIG_DFL), &status, 0) > 0, true);
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGXFSZ);
  const fs::path left = temporary_file();
  ASSERT_FALSE(left.empty());
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom", left.filename()})) << "its writer may be about to lock it";
  set_age(left, std::chrono::seconds(61));
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom"}));
}

int interrupted_pipe = -1;

TEST_F(TextfileLeftovers, AreNotTheFileOfALiveWriter) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const detail::FileDescriptor interrupted(ends[0]);
  interrupted_pipe = ends[1];
  const pid_t writer = fork_interrupted_writer([](int) {
    static_cast<void>(::write(interrupted_pipe, "", 1) + 1);
    for (;;) ::pause();
  });
  ::close(interrupted_pipe);
  char byte = 0;
  ASSERT_EQ(::read(interrupted.fd(), &byte, 1), 1) << "the writer ended";
  const fs::path in_use = temporary_file();
  set_age(in_use, std::chrono::hours(1));
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom", in_use.filename()}));
  ::kill(writer, SIGKILL);
  ::waitpid(writer, nullptr, 0);
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom"}));
}

TEST_F(TextfileLeftovers, AreRegularFilesWithTheNameOfATemporaryFileOfTheTarget) {
  const fs::path elsewhere = create("elsewhere", std::chrono::hours(1));
  const Names others{"elsewhere",
                     "job.prom.new-",
                     "job.prom.new-Folder",
                     "job.prom.new-abcde",
                     "job.prom.new-abcdefg",
                     "job.prom.new-a.prom",
                     "job.prom.new-abc.prom.new-abcdef",
                     "job.prom.new_abcdef",
                     "job2.prom.new-abcdef",
                     "njob.prom.new-abcdef"};
  for (const std::string& name : others) {
    if (name != "job.prom.new-Folder") create(name);
  }
  fs::create_directory(folder_ / "job.prom.new-Folder");
  set_age(folder_ / "job.prom.new-Folder", std::chrono::hours(1));
  fs::create_symlink(elsewhere, folder_ / "job.prom.new-Symlnk");
  set_age(folder_ / "job.prom.new-Symlnk", std::chrono::hours(1));
  ASSERT_EQ(::mkfifo((folder_ / "job.prom.new-Fifo00").c_str(), 0600), 0);
  set_age(folder_ / "job.prom.new-Fifo00", std::chrono::hours(1));
  create("job.prom.new-Ab0189");
  write_textfile(registry_, path_);
  Names expected = others;
  expected.insert(expected.end(), {"job.prom", "job.prom.new-Symlnk", "job.prom.new-Fifo00"});
  std::ranges::sort(expected);
  EXPECT_EQ(names(), expected);
}

TEST_F(TextfileLeftovers, WithALockAreKept) {
  const fs::path locked = create("job.prom.new-abcdef");
  const detail::FileDescriptor file(::open(locked.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(file.fd(), LOCK_SH), 0);
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom", "job.prom.new-abcdef"}));
  ASSERT_EQ(::flock(file.fd(), LOCK_UN), 0);
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom"}));
}

TEST_F(TextfileLeftovers, ThatAreNewOrFromTheFutureAreKept) {
  create("job.prom.new-aaaaaa", std::chrono::seconds(50));
  create("job.prom.new-bbbbbb", std::chrono::hours(-1));
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom", "job.prom.new-aaaaaa", "job.prom.new-bbbbbb"}));
}

TEST_F(TextfileLeftovers, AreAllRemovedByOneWrite) {
  for (int i = 0; i < 3000; ++i) create("job.prom.new-" + std::to_string(100'000 + i));
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom"}));
}

TEST_F(TextfileLeftovers, AreRemovedForARelativePathAndAnExoticName) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  create("Größe * 2.prom.new-abcdef");
  write_textfile(registry_, "Größe * 2.prom");
  create("job.prom.new-abcdef");
  write_textfile(registry_, "./job.prom");
  fs::current_path(before);
  EXPECT_EQ(names(), Names({"Größe * 2.prom", "job.prom"}));
}

TEST_F(TextfileLeftovers, OfAnotherUserAreIgnored) {
  fs::permissions(create("job.prom.new-abcdef"), fs::perms::owner_read);
  fs::permissions(folder_, fs::perms::all);
  const OrdinaryUser user;
  write_textfile(registry_, path_);
  EXPECT_EQ(names(), Names({"job.prom", "job.prom.new-abcdef"}));
}

TEST_F(TextfileLeftovers, InAFolderThatIsNotWritableAreIgnored) {
  create("job.prom.new-abcdef");
  fs::permissions(folder_,
                  fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_read | fs::perms::others_exec);
  const std::string error = [this] {
    const OrdinaryUser user;
    try {
      write_textfile(registry_, path_);
    } catch (const FileError& e) {
      return std::string(e.what());
    }
    return std::string("none");
  }();
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(error.find("file '" + path_ + "': cannot create the temporary file '"), 0U) << error;
  EXPECT_EQ(names(), Names({"job.prom.new-abcdef"}));
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

#include <new>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <narthex/narthex.h>

namespace narthex {
namespace {

class ExceptionCounterTest : public testing::Test {
 protected:
  Registry registry_;
  Counter errors_ = registry_.counter({.name = "errors_total", .help = "Errors."});
};

using CountExceptions = ExceptionCounterTest;

TEST_F(ExceptionCounterTest, CountsABlockThatThrows) {
  const auto work = [&](bool fails) {
    const ExceptionCounter guard(errors_);
    if (fails) throw std::runtime_error("work");
  };
  work(false);
  EXPECT_EQ(errors_.value(), 0);
  EXPECT_THROW(work(true), std::runtime_error);
  EXPECT_EQ(errors_.value(), 1);
}

TEST_F(ExceptionCounterTest, DoesNotCountAnExceptionCaughtInsideTheBlock) {
  {
    const ExceptionCounter guard(errors_);
    try {
      throw std::runtime_error("work");
    } catch (const std::runtime_error&) {  // not thrown out of the block
    }
  }
  EXPECT_EQ(errors_.value(), 0);
}

// The destructor uses its own guard, also during stack unwinding.
class Cleanup {
 public:
  Cleanup(Counter errors, bool fails) : errors_(std::move(errors)), fails_(fails) {}
  Cleanup(const Cleanup&) = delete;
  Cleanup& operator=(const Cleanup&) = delete;
  ~Cleanup() {
    try {
      const ExceptionCounter guard(errors_);
      if (fails_) throw std::runtime_error("cleanup");
    } catch (const std::runtime_error&) {  // not thrown out of the destructor
    }
  }

 private:
  Counter errors_;
  bool fails_;
};

TEST_F(ExceptionCounterTest, CountsOnlyItsOwnBlockDuringStackUnwinding) {
  const auto work = [&](bool cleanup_fails) {
    const Cleanup cleanup(errors_, cleanup_fails);
    throw std::logic_error("work");
  };
  EXPECT_THROW(work(false), std::logic_error);
  EXPECT_EQ(errors_.value(), 0);
  EXPECT_THROW(work(true), std::logic_error);
  EXPECT_EQ(errors_.value(), 1);
}

TEST_F(ExceptionCounterTest, AcceptsTheResultOfLabels) {
  const auto family = registry_.counter({.name = "failures_total", .help = "Failures."}, {"step"});
  const auto work = [&] {
    const ExceptionCounter guard(family.labels("save"));
    throw 1;
  };
  EXPECT_THROW(work(), int);
  EXPECT_EQ(family.labels("save").value(), 1);
}

TEST_F(CountExceptions, ReturnsTheResultOfTheFunction) {
  EXPECT_EQ(errors_.count_exceptions([] { return 7; }), 7);
  std::string text;
  std::string& same = errors_.count_exceptions<std::bad_alloc>([&]() -> std::string& { return text; });
  EXPECT_EQ(&same, &text);
  errors_.count_exceptions([&] { text = "done"; });
  EXPECT_EQ(text, "done");
  EXPECT_EQ(errors_.value(), 0);
}

TEST_F(CountExceptions, CountsExceptionsOfAnyType) {
  EXPECT_THROW(errors_.count_exceptions([] { throw std::runtime_error("work"); }), std::runtime_error);
  EXPECT_THROW(errors_.count_exceptions([] { throw 1; }), int);
  EXPECT_EQ(errors_.value(), 2);
}

TEST_F(CountExceptions, CountsOnlyTheNamedTypeAndItsDerivedTypes) {
  const auto count = [&](auto error) { errors_.count_exceptions<std::runtime_error>([&] { throw error; }); };
  EXPECT_THROW(count(std::logic_error("work")), std::logic_error);
  EXPECT_THROW(count(1), int);
  EXPECT_EQ(errors_.value(), 0);
  EXPECT_THROW(count(std::range_error("work")), std::range_error);
  EXPECT_EQ(errors_.value(), 1);
}

TEST_F(CountExceptions, CanBeCalledOnTheResultOfLabels) {
  const auto family = registry_.counter({.name = "failures_total", .help = "Failures."}, {"step"});
  EXPECT_THROW(family.labels("save").count_exceptions([] { throw 1; }), int);
  EXPECT_EQ(family.labels("save").value(), 1);
}

}  // namespace
}  // namespace narthex

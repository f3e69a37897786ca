// Raw memory at cache-line alignment, from plain operator new so that a program's own replacement of it is honoured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>

#include <cerrno>
#endif

#include "../config.hpp"

CHOLINV_NAMESPACE_BEGIN
namespace detail {

inline constexpr std::size_t cache_line = 64;

/// Bytes that surely hold `bytes` aligned ones, wherever they start.
constexpr std::size_t with_alignment_slack(std::size_t bytes) noexcept { return bytes == 0 ? 0 : bytes + cache_line - 1; }

inline void* align_up(void* p) noexcept {
  const auto address = reinterpret_cast<std::uintptr_t>(p);
  return static_cast<char*>(p) + ((cache_line - address % cache_line) % cache_line);
}

/// Asks Linux for large pages where a block is fresh from the system anyway, as glibc's malloc gives those of 32 MB and more: a page fault
/// for each 4 kB took 7 to 11% of a call. It may refuse. An allocator that keeps such a block keeps what was asked for it.
inline void prefer_large_pages(void* block, std::size_t bytes) noexcept {
#ifdef MADV_HUGEPAGE
  constexpr std::size_t least = std::size_t(1) << 25, page = std::size_t(1) << 16;  // a multiple of every machine's
  if (bytes < least) return;
  const std::size_t before_page = (page - reinterpret_cast<std::uintptr_t>(block) % page) % page;
  const int before = errno;
  ::madvise(static_cast<char*>(block) + before_page, bytes - before_page, MADV_HUGEPAGE);
  errno = before;
#else
  static_cast<void>(block);
  static_cast<void>(bytes);
#endif
}

class buffer {
 public:
  buffer() = default;
  explicit buffer(std::size_t bytes) : memory_(bytes == 0 ? nullptr : ::operator new(with_alignment_slack(bytes))) {
    prefer_large_pages(memory_, bytes);
  }
  buffer(buffer&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}
  buffer& operator=(buffer&& other) noexcept {
    std::swap(memory_, other.memory_);
    return *this;
  }
  ~buffer() { ::operator delete(memory_); }

  void* data() const noexcept { return memory_ == nullptr ? nullptr : align_up(memory_); }

 private:
  void* memory_ = nullptr;
};

}  // namespace detail
CHOLINV_NAMESPACE_END

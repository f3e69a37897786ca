// Raw memory at cache-line alignment, from plain operator new so that a program's own replacement of it is honoured.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

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

class buffer {
 public:
  buffer() = default;
  explicit buffer(std::size_t bytes) : memory_(bytes == 0 ? nullptr : ::operator new(with_alignment_slack(bytes))) {}
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

// allocations.hpp: every operator new of a program, counted and made to fail on demand. It replaces them, so one source of a program
// includes it, and no program includes it that does not want it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>

namespace support {

struct allocation_counts {
  std::atomic<bool> armed{false};
  std::atomic<long> calls{0}, live{0};       // while armed
  std::atomic<long> live_bytes{0}, peak{0};  // of those calls, in bytes as asked for
  std::atomic<long> fail_at{0};              // the fail_at-th call from arming on fails; 0: none
};
inline allocation_counts allocations;

// Freed memory is subtracted only if it was counted, so each block says so in front.
struct allocation_header {
  void* start;
  long counted;  // bytes, or -1
};

inline void* allocate(std::size_t bytes, std::size_t alignment) noexcept {
  const bool counted = allocations.armed;
  if (counted && ++allocations.calls == allocations.fail_at) return nullptr;
  if (alignment < alignof(std::max_align_t)) alignment = alignof(std::max_align_t);
  if (bytes > static_cast<std::size_t>(-1) / 2) return nullptr;
  void* const start = std::malloc(bytes + alignment + sizeof(allocation_header));
  if (start == nullptr) return nullptr;
  auto address = reinterpret_cast<std::uintptr_t>(start) + sizeof(allocation_header);
  address = (address + alignment - 1) / alignment * alignment;
  const allocation_header h = {start, counted ? static_cast<long>(bytes) : -1};
  std::memcpy(reinterpret_cast<void*>(address - sizeof h), &h, sizeof h);
  if (counted) {
    ++allocations.live;
    const long now = allocations.live_bytes += h.counted;
    long peak = allocations.peak;
    while (peak < now && !allocations.peak.compare_exchange_weak(peak, now)) {
    }
  }
  return reinterpret_cast<void*>(address);
}
inline void release(void* p) noexcept {
  if (p == nullptr) return;
  allocation_header h;
  std::memcpy(&h, static_cast<char*>(p) - sizeof h, sizeof h);
  if (h.counted >= 0) {
    --allocations.live;
    allocations.live_bytes -= h.counted;
  }
  std::free(h.start);
}
inline void* allocate_or_throw(std::size_t bytes, std::size_t alignment) {
  void* const p = allocate(bytes, alignment);
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

// Counts while it lives.
class counting {
 public:
  explicit counting(long fail_at = 0) {
    allocations.calls = 0;
    allocations.live = 0;
    allocations.live_bytes = 0;
    allocations.peak = 0;
    allocations.fail_at = fail_at;
    allocations.armed = true;
  }
  counting(const counting&) = delete;
  counting& operator=(const counting&) = delete;
  ~counting() { stop(); }
  void stop() { allocations.armed = false; }
  long calls() const { return allocations.calls; }
  long live() const { return allocations.live; }
  long peak() const { return allocations.peak; }  // the most bytes that were live at once
};

inline constexpr std::size_t plain_alignment = alignof(std::max_align_t);

}  // namespace support

void* operator new(std::size_t n) { return support::allocate_or_throw(n, support::plain_alignment); }
void* operator new[](std::size_t n) { return support::allocate_or_throw(n, support::plain_alignment); }
void* operator new(std::size_t n, const std::nothrow_t&) noexcept { return support::allocate(n, support::plain_alignment); }
void* operator new[](std::size_t n, const std::nothrow_t&) noexcept { return support::allocate(n, support::plain_alignment); }
void* operator new(std::size_t n, std::align_val_t a) { return support::allocate_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new[](std::size_t n, std::align_val_t a) { return support::allocate_or_throw(n, static_cast<std::size_t>(a)); }
void* operator new(std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
  return support::allocate(n, static_cast<std::size_t>(a));
}
void* operator new[](std::size_t n, std::align_val_t a, const std::nothrow_t&) noexcept {
  return support::allocate(n, static_cast<std::size_t>(a));
}
void operator delete(void* p) noexcept { support::release(p); }
void operator delete[](void* p) noexcept { support::release(p); }
void operator delete(void* p, std::size_t) noexcept { support::release(p); }
void operator delete[](void* p, std::size_t) noexcept { support::release(p); }
void operator delete(void* p, const std::nothrow_t&) noexcept { support::release(p); }
void operator delete[](void* p, const std::nothrow_t&) noexcept { support::release(p); }
void operator delete(void* p, std::align_val_t) noexcept { support::release(p); }
void operator delete[](void* p, std::align_val_t) noexcept { support::release(p); }
void operator delete(void* p, std::size_t, std::align_val_t) noexcept { support::release(p); }
void operator delete[](void* p, std::size_t, std::align_val_t) noexcept { support::release(p); }
void operator delete(void* p, std::align_val_t, const std::nothrow_t&) noexcept { support::release(p); }
void operator delete[](void* p, std::align_val_t, const std::nothrow_t&) noexcept { support::release(p); }

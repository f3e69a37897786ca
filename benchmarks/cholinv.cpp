// The candidates "cholinv" and "native": the library as a user compiles it, without -march.
#include <cholinv/cholinv.hpp>

#include "candidates.hpp"

namespace bench {
namespace {

call prepare(const job& j, cholinv::backend use) {
  return with_type(j.type, [&](auto tag) -> call {
    using T = typename decltype(tag)::type;
    const cholinv::tensor_view<const T> in(static_cast<const T*>(j.in), {j.batch, j.order, j.order});
    const cholinv::tensor_view<T> out(static_cast<T*>(j.out), {j.batch, j.order, j.order});
    cholinv::options how;
    how.use = use;
    how.threads = j.threads;
    if (j.what == task::inverse) return [=] { cholinv::cholesky_inverse<T>(in, false, out, how); };
    return [=] { cholinv::cholesky<T>(in, false, out, how); };
  });
}

}  // namespace

call prepare_cholinv(const job& j) { return prepare(j, cholinv::backend::automatic); }
call prepare_cholinv_native(const job& j) { return prepare(j, cholinv::backend::native); }
const char* cholinv_isa() { return cholinv::isa_name(); }
std::string cholinv_version() {
  return std::to_string(CHOLINV_VERSION_MAJOR) + "." + std::to_string(CHOLINV_VERSION_MINOR) + "." + std::to_string(CHOLINV_VERSION_PATCH);
}

}  // namespace bench

// What happens when a block is left, by whichever way: its end, a return, an exception, a cancelled coroutine.
#pragma once

#include <utility>

namespace slipway {

/// `const at_exit free{[this] { … }};`. The act must not throw, and what it uses must outlive the block.
template <class Act>
class at_exit {
public:
    explicit at_exit(Act act) : act_{std::move(act)} {}
    at_exit(const at_exit&) = delete;
    at_exit& operator=(const at_exit&) = delete;
    ~at_exit() { act_(); }

private:
    Act act_;
};

}  // namespace slipway

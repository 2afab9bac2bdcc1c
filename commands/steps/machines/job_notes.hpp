// Where the references of running jobs are kept: documents of the store, by the key of the intent.
#pragma once

#include "integrations/runner/pursue.hpp"

namespace slipway::store {
class store;
}

namespace slipway::steps {

/// `memory` outlives it.
class job_notes final : public runner::notebook {
public:
    explicit job_notes(store::store& memory) : memory_{memory} {}
    task<result<std::optional<runner::note>>> read(std::string key) override;
    task<result<>> write(runner::note what) override;

private:
    store::store& memory_;
};

}  // namespace slipway::steps

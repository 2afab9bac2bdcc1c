// The sandbox as one process: one port, the parts behind it, and what every part is built from.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "deploy/sandbox/part.hpp"
#include "deploy/sandbox/scenario.hpp"
#include "integrations/async/task_group.hpp"
#include "integrations/async/timers.hpp"

namespace slipway::sandbox {

/// What a part may use; outlives every part.
struct surroundings {
    executor loop;
    slipway::timers& timers;
    task_group& tasks;            ///< cancelled and awaited after the parts' stop()
    std::string address;          ///< "http://127.0.0.1:8065": where people and programs reach this process
    std::filesystem::path state;  ///< folder for repositories and files; exists
    const sandbox::scenario& scenario;
};

struct settings {
    std::string listen = "127.0.0.1";
    std::uint16_t port = 8065;    ///< 0 = any free one
    std::filesystem::path state;  ///< "" = a fresh folder below the system's temporary one
    sandbox::scenario scenario;
};

/// Serves from construction until stop().
class company {
public:
    virtual ~company() = default;
    virtual const std::string& address() const = 0;
    virtual const surroundings& around() const = 0;
    /// Adds a part; its prefix is served from now on.
    virtual void mount(part what) = 0;
    /// Links of every mounted part, in order of mounting.
    virtual std::vector<page_link> pages() const = 0;
    /// Stops the parts in reverse order of mounting, then the port.
    virtual task<> stop() = 0;
};

/// errc::unavailable when the port cannot be bound, errc::invalid when the state folder cannot be made.
result<std::unique_ptr<company>> create_company(executor loop, slipway::timers& timers, settings how);

}  // namespace slipway::sandbox

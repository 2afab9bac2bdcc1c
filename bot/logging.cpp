#include "bot/logging.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <array>
#include <cstdio>
#include <mutex>

namespace slipway::bot {
namespace {

/// Line ends and control characters become visible: a log line stays one line whatever stands in it.
std::string on_one_line(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
            std::array<char, 8> code{};
            std::snprintf(code.data(), code.size(), "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
            out += code.data();
        } else
            out += c;
    }
    return out;
}

/// Stands before the sink that writes. Whatever reaches a logger of ours passes here.
class masking_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    masking_sink(masker mask, std::shared_ptr<spdlog::sinks::sink> into)
        : mask_{std::move(mask)}, into_{std::move(into)} {}

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        // Masked first: an escaped line end must not hide where a secret stops.
        const auto clean = on_one_line(mask_({message.payload.data(), message.payload.size()}));
        auto masked_message = message;
        masked_message.payload = clean;
        into_->log(masked_message);
    }
    void flush_() override { into_->flush(); }
    // The inner sink formats: only the payload is ours to change.
    void set_pattern_(const std::string& pattern) override { into_->set_pattern(pattern); }
    void set_formatter_(std::unique_ptr<spdlog::formatter> formatter) override {
        into_->set_formatter(std::move(formatter));
    }

private:
    masker mask_;
    std::shared_ptr<spdlog::sinks::sink> into_;
};

}  // namespace

void start_logging(std::string_view level, masker mask, std::shared_ptr<spdlog::sinks::sink> into) {
    auto sink = std::make_shared<masking_sink>(std::move(mask), std::move(into));
    auto logger = std::make_shared<spdlog::logger>("slipway", std::move(sink));
    logger->set_formatter(std::make_unique<spdlog::pattern_formatter>("time=%Y-%m-%dT%H:%M:%S.%eZ level=%l %v",
                                                                      spdlog::pattern_time_type::utc));
    logger->set_level(spdlog::level::from_str(std::string{level}));
    logger->flush_on(spdlog::level::info);
    spdlog::set_default_logger(std::move(logger));
}

void start_logging(std::string_view level, masker mask) {
    start_logging(level, std::move(mask), std::make_shared<spdlog::sinks::stderr_sink_mt>());
}

std::string log_value(std::string_view text) {
    const bool plain = !text.empty() && text.find_first_of(" \t\r\n\"=\\") == std::string_view::npos;
    if (plain) return std::string{text};
    std::string out{'"'};
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return on_one_line(out) + '"';
}

}  // namespace slipway::bot

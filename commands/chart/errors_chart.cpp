#include "commands/chart/errors_chart.hpp"

#include <cairo.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <ctime>
#include <memory>

#include "integrations/base/printable.hpp"

namespace slipway::chart {
namespace {

constexpr double width = 1200, height = 420;
constexpr double left = 64, right = 1176, top = 84, bottom = 342;

struct colour {
    double r, g, b, a = 1;
};
constexpr colour paper{1, 1, 1}, ink{0.13, 0.15, 0.18}, faint{0.42, 0.45, 0.50}, line{0.88, 0.89, 0.91};
constexpr colour calm{0.95, 0.97, 0.99}, after_shade{1.0, 0.965, 0.94}, restart_shade{0.93, 0.93, 0.94};
constexpr colour rest{0.62, 0.66, 0.71}, mark{0.72, 0.11, 0.11};
/// Told apart also by people who do not see red and green alike.
constexpr std::array<colour, 4> layer_colours{
    {{0.80, 0.24, 0.18}, {0.93, 0.60, 0.12}, {0.17, 0.42, 0.69}, {0.45, 0.30, 0.60}}};

struct local_time {
    std::tm parts{};
    std::string zone;
};
local_time local(instant at) {
    local_time made;
    const auto seconds = static_cast<std::time_t>(to_unix(at));
    localtime_r(&seconds, &made.parts);
    made.zone = made.parts.tm_zone == nullptr ? "UTC" : made.parts.tm_zone;
    return made;
}
std::string clock_of(instant at) {
    const auto now = local(at).parts;
    std::array<char, 8> text{};
    std::strftime(text.data(), text.size(), "%H:%M", &now);
    return text.data();
}

/// 1, 2 or 5 times a power of ten, so that about `lines` of them reach `most`.
double step_for(double most, double lines) {
    const auto rough = std::max(1.0, most / lines);
    const auto power = std::pow(10, std::floor(std::log10(rough)));
    for (const auto each : {1.0, 2.0, 5.0, 10.0})
        if (each * power >= rough) return each * power;
    return 10 * power;
}

std::string shortened(const std::string& text, std::size_t most) {
    auto plain = printable(text, text.size() * 3);  // cairo refuses to draw anything after broken UTF-8
    std::ranges::replace_if(plain, [](char each) { return static_cast<unsigned char>(each) < 0x20; }, ' ');
    if (plain.size() <= most) return plain;
    auto end = most;
    while (end > 0 && (static_cast<unsigned char>(plain[end]) & 0xC0U) == 0x80U) --end;  // whole characters only
    return plain.substr(0, end) + "…";
}

class painter {
public:
    explicit painter(const errors_picture& what)
        : what_{what},
          surface_{cairo_image_surface_create(CAIRO_FORMAT_RGB24, static_cast<int>(width), static_cast<int>(height)),
                   &cairo_surface_destroy},
          pen_{cairo_create(surface_.get()), &cairo_destroy} {
        std::uint32_t highest = 0;
        for (const auto each : what.total) highest = std::max(highest, each);
        step_ = step_for(std::max<double>(highest, 4), 5);
        ceiling_ = step_ * std::ceil(std::max<double>(highest, 4) * 1.05 / step_);
    }

    result<std::string> paint() {
        fill(0, 0, width, height, paper);
        shading();
        grid();
        bars();
        deploy_mark();
        words();
        std::string bytes;
        const auto take = [](void* into, const unsigned char* data, unsigned int size) {
            static_cast<std::string*>(into)->append(reinterpret_cast<const char*>(data), size);
            return CAIRO_STATUS_SUCCESS;
        };
        const auto status = cairo_surface_write_to_png_stream(surface_.get(), take, &bytes);
        if (status != CAIRO_STATUS_SUCCESS)
            return failure{errc::unavailable, "The picture of the errors could not be drawn: " +
                                                  std::string{cairo_status_to_string(status)}};
        return bytes;
    }

private:
    double minutes() const { return std::max<double>(1, static_cast<double>(what_.total.size())); }
    double x_of(instant at) const {
        const auto span = std::chrono::duration<double, std::ratio<60>>(at - what_.from).count();
        return left + std::clamp(span / minutes(), 0.0, 1.0) * (right - left);
    }
    double x_of(std::size_t minute) const { return left + static_cast<double>(minute) / minutes() * (right - left); }
    double y_of(double count) const { return bottom - count / ceiling_ * (bottom - top); }

    void use(const colour& c) { cairo_set_source_rgba(pen_.get(), c.r, c.g, c.b, c.a); }
    void fill(double x, double y, double w, double h, const colour& c) {
        use(c);
        cairo_rectangle(pen_.get(), x, y, w, h);
        cairo_fill(pen_.get());
    }
    void stroke(double x1, double y1, double x2, double y2, const colour& c, double thick) {
        use(c);
        cairo_set_line_width(pen_.get(), thick);
        cairo_move_to(pen_.get(), x1, y1);
        cairo_line_to(pen_.get(), x2, y2);
        cairo_stroke(pen_.get());
    }
    double measure(const std::string& text) {
        cairo_text_extents_t size;
        cairo_text_extents(pen_.get(), text.c_str(), &size);
        return size.x_advance;
    }
    void choose(double size, bool bold) {
        cairo_select_font_face(pen_.get(), "sans-serif", CAIRO_FONT_SLANT_NORMAL,
                               bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
        cairo_set_font_size(pen_.get(), size);
    }
    /// As much of the text as is `room` wide: letters differ too much to count them.
    std::string fitting(const std::string& text, double room, double size, bool bold = false) {
        choose(size, bold);
        std::size_t most = 160;
        auto cut = shortened(text, most);
        while (most > 4 && measure(cut) > room) cut = shortened(text, most = std::min(most, cut.size()) - 1);
        return cut;
    }
    /// `align` 0 = starts at x, 0.5 = centred, 1 = ends there.
    void write(double x, double y, const std::string& text, double size, const colour& c, double align = 0,
               bool bold = false) {
        choose(size, bold);
        use(c);
        cairo_move_to(pen_.get(), x - align * measure(text), y);
        cairo_show_text(pen_.get(), text.c_str());
    }

    void shading() {
        const auto deploy = x_of(what_.deployed), settled = x_of(what_.settled);
        fill(left, top, deploy - left, bottom - top, calm);
        fill(deploy, top, settled - deploy, bottom - top, restart_shade);
        fill(settled, top, right - settled, bottom - top, after_shade);
    }

    void grid() {
        for (double count = 0; count <= ceiling_ + 0.5; count += step_) {
            stroke(left, std::round(y_of(count)) + 0.5, right, std::round(y_of(count)) + 0.5, line, 1);
            write(left - 10, y_of(count) + 5, std::to_string(static_cast<long>(count)), 14, faint, 1);
        }
        const auto every = time_step();
        const auto shift = static_cast<std::int64_t>(local(what_.from).parts.tm_gmtoff) / 60;
        const auto first = to_unix(what_.from) / 60;
        for (std::size_t minute = 0; minute <= what_.total.size(); ++minute) {
            if ((first + static_cast<std::int64_t>(minute) + shift) % every != 0) continue;
            const auto x = std::round(x_of(minute)) + 0.5;
            stroke(x, bottom, x, bottom + 6, faint, 1);
            const auto at = what_.from + std::chrono::minutes{minute};
            if (x > left + 12 && x < right - 12) write(x, bottom + 22, clock_of(at), 14, faint, 0.5);
        }
        stroke(left, bottom + 0.5, right, bottom + 0.5, faint, 1);
    }
    std::int64_t time_step() const {
        for (const std::int64_t each : {1, 2, 5, 10, 15, 30, 60, 120, 240})
            if (minutes() / static_cast<double>(each) <= 14) return each;
        return 480;
    }

    void bars() {
        const auto room = (right - left) / minutes();
        const auto gap = room > 6 ? 2.0 : room > 3 ? 1.0 : 0.0;
        for (std::size_t minute = 0; minute < what_.total.size(); ++minute) {
            double from = 0;
            const auto box = [&](double count, const colour& c) {
                if (count <= 0) return;
                fill(x_of(minute) + gap / 2, y_of(from + count), std::max(1.0, room - gap),
                     y_of(from) - y_of(from + count), c);
                from += count;
            };
            double others = what_.total[minute];
            for (const auto& each : drawn()) others -= count_at(each, minute);
            box(std::max(0.0, others), rest);
            for (std::size_t i = 0; i < drawn().size(); ++i) box(count_at(drawn()[i], minute), layer_colours[i]);
        }
    }
    std::vector<layer> drawn() const {
        return {what_.layers.begin(), what_.layers.begin() + static_cast<std::ptrdiff_t>(
                                                                 std::min(what_.layers.size(), layer_colours.size()))};
    }
    static double count_at(const layer& of, std::size_t minute) {
        return minute < of.per_minute.size() ? of.per_minute[minute] : 0;
    }

    void deploy_mark() {
        const auto x = std::round(x_of(what_.deployed)) + 0.5;
        stroke(x, top - 8, x, bottom, mark, 2);
        const bool flip = x > right - 260;
        write(flip ? x - 8 : x + 8, top - 4, shortened(what_.marker, 60) + ", " + clock_of(what_.deployed), 14, mark,
              flip ? 1 : 0, true);
    }

    void words() {
        write(left, 34, fitting(what_.title, right - left, 20, true), 20, ink, 0, true);
        write(left, 58, "errors per minute; grey zone: restarts, not counted", 14, faint);
        write(right, bottom + 42, "time in " + local(what_.from).zone, 13, faint, 1);
        double x = left;
        const auto y = height - 18;
        const auto entry = [&](const std::string& label, const colour& c) {
            fill(x, y - 11, 12, 12, c);
            write(x + 18, y, label, 14, ink);
            x += 18 + measure(label) + 24;
        };
        const auto all = drawn();
        const std::string others = all.empty() ? "all errors" : "other errors";
        choose(14, false);
        const auto room = right - left - measure(others) - 18;
        for (std::size_t i = 0; i < all.size(); ++i)
            entry(fitting(all[i].label, room / double(all.size()) - 42, 14), layer_colours[i]);
        entry(others, rest);
    }

    const errors_picture& what_;
    std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)> surface_;
    std::unique_ptr<cairo_t, decltype(&cairo_destroy)> pen_;
    double step_ = 1, ceiling_ = 1;
};

}  // namespace

result<std::string> draw(const errors_picture& what) {
    return painter{what}.paint();
}

}  // namespace slipway::chart

#if __has_feature(address_sanitizer)
// fontconfig, which cairo asks for a font, keeps its patterns until the process ends and counts as leaking them.
extern "C" const char* __lsan_default_suppressions();   // NOLINT: the sanitizer's name
extern "C" const char* __lsan_default_suppressions() {  // NOLINT
    return "leak:libfontconfig\n";
}
#endif

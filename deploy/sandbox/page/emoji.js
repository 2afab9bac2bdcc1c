// The shortcodes that bots and people use most; others stay as they were written.
const table = {
  white_check_mark: "✅", heavy_check_mark: "✔️", ballot_box_with_check: "☑️", x: "❌", negative_squared_cross_mark: "❎",
  warning: "⚠️", rotating_light: "🚨", octagonal_sign: "🛑", no_entry: "⛔", no_entry_sign: "🚫", construction: "🚧",
  hourglass: "⌛", hourglass_flowing_sand: "⏳", stopwatch: "⏱️", alarm_clock: "⏰", clock1: "🕐", clock3: "🕒", watch: "⌚",
  rocket: "🚀", ship: "🚢", anchor: "⚓", package: "📦", label: "🏷️", bookmark: "🔖", pushpin: "📌", round_pushpin: "📍",
  bug: "🐛", fire: "🔥", boom: "💥", zap: "⚡", bell: "🔔", no_bell: "🔕", loudspeaker: "📢", mega: "📣",
  eyes: "👀", eye: "👁️", mag: "🔍", memo: "📝", pencil: "✏️", clipboard: "📋", page_facing_up: "📄", books: "📚", book: "📖",
  link: "🔗", paperclip: "📎", lock: "🔒", unlock: "🔓", key: "🔑", shield: "🛡️", gear: "⚙️", wrench: "🔧", hammer: "🔨",
  hammer_and_wrench: "🛠️", tada: "🎉", sparkles: "✨", star: "⭐", trophy: "🏆", checkered_flag: "🏁", triangular_flag_on_post: "🚩",
  white_flag: "🏳️", thumbsup: "👍", "+1": "👍", thumbsdown: "👎", "-1": "👎", wave: "👋", pray: "🙏", raised_hands: "🙌", clap: "👏",
  point_right: "👉", point_down: "👇", hand: "✋", raised_hand: "✋", smile: "😄", slightly_smiling_face: "🙂", grin: "😁", joy: "😂",
  thinking_face: "🤔", sweat_smile: "😅", disappointed: "😞", sob: "😭", heart: "❤️", robot_face: "🤖", ghost: "👻", skull: "💀",
  large_green_circle: "🟢", large_yellow_circle: "🟡", large_orange_circle: "🟠", red_circle: "🔴", large_blue_circle: "🔵",
  white_circle: "⚪", black_circle: "⚫", green_heart: "💚", large_green_square: "🟩", large_red_square: "🟥", white_large_square: "⬜",
  arrow_right: "➡️", arrow_left: "⬅️", arrow_up: "⬆️", arrow_down: "⬇️", arrow_forward: "▶️", double_vertical_bar: "⏸️",
  black_square_for_stop: "⏹️", arrows_counterclockwise: "🔄", repeat: "🔁", leftwards_arrow_with_hook: "↩️", rewind: "⏪",
  fast_forward: "⏩", black_right_pointing_double_triangle_with_vertical_bar: "⏭️", information_source: "ℹ️", question: "❓",
  exclamation: "❗", bangbang: "‼️", bulb: "💡", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bar_chart: "📊",
  calendar: "📅", date: "📅", inbox_tray: "📥", outbox_tray: "📤", file_folder: "📁", floppy_disk: "💾", computer: "💻",
  globe_with_meridians: "🌐", house: "🏠", office: "🏢", factory: "🏭", bust_in_silhouette: "👤", busts_in_silhouette: "👥",
  speech_balloon: "💬", email: "✉️", heavy_plus_sign: "➕", heavy_minus_sign: "➖", recycle: "♻️", seedling: "🌱", test_tube: "🧪",
  microscope: "🔬", broom: "🧹", wastebasket: "🗑️", put_litter_in_its_place: "🚮", soon: "🔜", new: "🆕", ok: "🆗", sos: "🆘",
};

export function emoji(name) {
  return table[name.split("::")[0]] || null;
}

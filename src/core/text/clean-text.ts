// Control characters (C0 without tab and line feed, DEL, C1), what turns or hides the direction of a line, line and
// paragraph separators, invisible marks and tags, and halves of pairs.
const harmful =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu
const breaks = /[\t\n]/g
const mark = '\ufffd'

/**
 * Text that came from outside (names, labels, answers of devices, output of tools) on one line, fit for a terminal, a
 * log, a page or a subtitle: nothing in it can move a cursor, turn the reading direction or begin a line of its own.
 * What was taken out is marked with U+FFFD.
 */
export function cleanLine(text: string): string {
  return cleanText(text).replace(breaks, ' ')
}

/** The same for a text that may have several lines. */
export function cleanText(text: string): string {
  return text.replace(harmful, mark)
}

/** JSON that can be shown in a terminal: what would steer it is written as an escape. The value is the same. */
export function jsonLine(value: unknown): string {
  return jsonText(JSON.stringify(value) ?? 'null')
}

/** The same for JSON that is text already. */
export function jsonText(json: string): string {
  return json.replace(harmful, (found) =>
    [...Array(found.length).keys()]
      .map((at) => `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`)
      .join(''),
  )
}

/**
 * A field of a CSV file that a spreadsheet does not take for a formula: an apostrophe goes before =, +, -, @, tab and
 * carriage return. Numbers stay numbers.
 */
export function csvText(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !/^[+-]?\d+(\.\d+)?$/.test(text) ? `'${text}` : text
}

/** Takes back what {@link csvText} did, so that a file which was written here reads the same. */
export function fromCsvText(field: string): string {
  return /^'[=+\-@\t\r]/.test(field) ? field.slice(1) : field
}

/** A line of a subtitle without what players take for a mark-up: tags, and commands in braces. */
export function subtitleText(text: string): string {
  return cleanLine(text).replace(/[<>{}\\]/g, (character) => shapes[character]!)
}

const shapes: Readonly<Record<string, string>> = { '<': '‹', '>': '›', '{': '(', '}': ')', '\\': '/' }

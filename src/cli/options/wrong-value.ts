/** What a reader of values throws: what would be right. `guardValues` adds the option and what was given. */
export class WrongValue extends Error {
  /** The part that is wrong, where it is not all of it. */
  readonly part: string | undefined

  constructor(message: string, part?: string) {
    super(message)
    this.part = part
  }
}

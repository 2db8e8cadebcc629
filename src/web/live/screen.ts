/** One way of showing pictures in an element of the page. */
export interface Screen {
  readonly element: HTMLElement
  /** A piece of media as it came. */
  push(bytes: ArrayBuffer): void
  /** Pictures that were shown so far. */
  readonly frames: number
  /** Media time of the picture that is shown, seconds; null where pictures have no time. */
  readonly mediaS: number | null
  close(): void
}

export interface ScreenEvents {
  /** A picture is shown. */
  onFrame(): void
  /** It cannot go on. */
  onFault(): void
}

/** Most bytes of one payload, so that a packet fits into one frame of an Ethernet. */
export const payloadBytes = 1200

/** Bytes cut to what one packet holds. */
export function pieces(data: Buffer): Buffer[] {
  const count = Math.ceil(data.length / payloadBytes)
  return Array.from({ length: count }, (_, index) =>
    data.subarray(index * payloadBytes, (index + 1) * payloadBytes),
  )
}

/** As much of jsmpeg as is used: a decoder of MPEG-1 in a transport stream. */
declare module '@cycjimmy/jsmpeg-player' {
  const JSMpeg: {
    readonly Player: new (address: string, options: object) => { destroy(): void }
  }
  export default JSMpeg
}

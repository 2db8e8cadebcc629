import { Badge } from '../../pieces/badge.tsx'
import { Button } from '../../pieces/button.tsx'
import { formatNumber } from '../../text/format.ts'
import { text } from '../text.ts'
import type { Probed } from './probed.ts'

/** What a camera sends, its first picture, and what is good to know of it. */
export function ProbeResult(props: {
  probed: Probed
  onTake: (more: { url?: string; mainUrl?: string; transport?: 'tcp' | 'udp' }) => void
}) {
  const t = text.value
  const { stream, picture, hints } = props.probed
  const facts = [
    stream.codec.toUpperCase(),
    `${stream.widthPx} × ${stream.heightPx}`,
    ...(stream.fps === null ? [] : [t.fps(formatNumber(stream.fps, stream.fps % 1 === 0 ? 0 : 1))]),
    ...(stream.transport === null ? [] : [stream.transport.toUpperCase()]),
    ...(stream.audio === null ? [] : [t.withSound(stream.audio.codec)]),
  ]
  return (
    <section class="probe" aria-label={t.whatItSends}>
      {picture ? (
        <img src={`data:image/jpeg;base64,${picture}`} alt={t.firstPicture} />
      ) : (
        <p class="soft">{t.noPicture}</p>
      )}
      <div class="probe-facts">
        <p>
          {facts.map((fact) => (
            <Badge key={fact} tone="info">
              {fact}
            </Badge>
          ))}
        </p>
        <ul>
          {hints.map(({ code, set }) => (
            <li key={code}>
              {t.hints[code]} {set?.url && <Button onClick={() => props.onTake(set)}>{t.tryIt}</Button>}
            </li>
          ))}
        </ul>
      </div>
    </section>
  )
}

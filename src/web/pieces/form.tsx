import { type ComponentChildren, createContext } from 'preact'
import { useContext } from 'preact/hooks'
import { useOneAtATime } from './use-one-at-a-time.ts'

const Sending = createContext(false)

/** Whether the form around is being sent. */
export const useSending = (): boolean => useContext(Sending)

/** A form that is sent once: until its request has ended no press and no Enter sends it again, and its button waits. */
export function Form(props: {
  class?: string
  labelledBy?: string
  onSend: () => unknown
  children: ComponentChildren
}) {
  const { labelledBy, onSend, children } = props
  const { run, goesOn } = useOneAtATime()
  return (
    <form
      class={props.class}
      aria-labelledby={labelledBy}
      onSubmit={(event) => {
        event.preventDefault()
        run(onSend)
      }}
    >
      <Sending.Provider value={goesOn}>{children}</Sending.Provider>
    </form>
  )
}

import { render } from 'preact'
import { App } from './app/app.tsx'
import './style/tokens.css'
import './style/base.css'
import './style/pieces.css'
import './style/shell.css'

render(<App />, document.querySelector('#app')!)

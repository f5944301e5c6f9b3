/** The page at `/`. */
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import './ui/design.css';
import './ui/shell.css';
import './scoreboard/scoreboard.css';
import './lead/lead.css';
import './form/form.css';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
createRoot(root).render(<App />);

import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { TodoBoard } from './todo-board.tsx';

const name = new URLSearchParams(location.search).get('name') ?? 'ada';

createRoot(document.querySelector('#root')!).render(
  <StrictMode>
    <TodoBoard name={name} />
  </StrictMode>,
);

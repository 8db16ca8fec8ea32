import { startTodoBoard } from './todo-board.ts';

const { url } = await startTodoBoard(Number(process.env['PORT'] ?? 4201));
console.log(`The board is at ${url}?name=ada and ${url}?name=bob`);

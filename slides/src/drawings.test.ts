import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { deckNames } from './deck-names.ts';

const slides = fileURLToPath(new URL('../', import.meta.url));
const decks = deckNames().map((name) => readFileSync(`${slides}decks/${name}.md`, 'utf8'));
const stylesheet = readFileSync(`${slides}client/deck.css`, 'utf8');

test.each(readdirSync(`${slides}drawings`))(
  '%s is shown, as wide as a slide, in the colors of the course',
  (file) => {
    const drawing = readFileSync(`${slides}drawings/${file}`, 'utf8');
    expect(decks.some((deck) => deck.includes(`](${file})`))).toBe(true);
    expect(drawing).toMatch(/^<svg xmlns="[^"]+" viewBox="0 0 1152 \d+">/);
    expect(drawing).not.toMatch(/ (style|fill|stroke|font-size)="/);
    const classes = [...drawing.matchAll(/class="([^"]+)"/g)].flatMap(([, names = '']) =>
      names.split(' '),
    );
    expect(classes.filter((name) => !stylesheet.includes(`.${name}`))).toEqual([]);
    // A page contains several drawings.
    const ids = [...drawing.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
    expect(ids).toEqual([`${file.slice(0, -'.svg'.length)}-arrow`]);
  },
);

import { refractor } from 'refractor/core';
import bash from 'refractor/bash';
import csharp from 'refractor/csharp';
import css from 'refractor/css';
import javascript from 'refractor/javascript';
import json from 'refractor/json';
import markdown from 'refractor/markdown';
import markup from 'refractor/markup';
import typescript from 'refractor/typescript';
import yaml from 'refractor/yaml';

// The languages of the lessons, their READMEs and the slides.
for (const syntax of [bash, csharp, css, javascript, json, markdown, markup, typescript, yaml])
  refractor.register(syntax);

/** The highlighter of READMEs, diffs and slides. */
export const highlighter = refractor;

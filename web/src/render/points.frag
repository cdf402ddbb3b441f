#version 300 es
precision highp float;
in vec4 fill;
flat in int kind;
uniform float size;
out vec4 pixel;

// Signed distance to the edge of a shape of radius 1, as in splat.ts.
float edge(vec2 p) {
  if (kind == 1) return max(abs(p.x), abs(p.y)) - 0.8;
  if (kind == 2) return (abs(p.x) + abs(p.y) - 1.0) * 0.7071;
  if (kind == 3) return max(abs(p.x) * 0.8944 - p.y * 0.4472 - 0.4472, p.y - 0.8);
  return length(p) - 0.9;
}

void main() {
  vec2 p = gl_PointCoord * 2.0 - 1.0;
  float coverage = clamp(0.5 - edge(p) * size * 0.5, 0.0, 1.0);
  if (coverage <= 0.0) discard;
  float alpha = fill.a * coverage;
  pixel = vec4(fill.rgb * alpha, alpha);
}

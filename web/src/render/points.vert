#version 300 es
in vec2 from;
in vec2 to;
in vec4 color;
in float shape;
uniform float t;
uniform vec2 center;
uniform vec2 scale;  // map units to clip space
uniform float size;  // pixels
out vec4 fill;
flat out int kind;

void main() {
  vec2 place = (mix(from, to, t) - center) * scale;
  gl_Position = vec4(place, 0.0, 1.0);
  gl_PointSize = size;
  fill = color;
  kind = int(shape + 0.5);
}

"""Every activation, compiled: its value and the way back through it, beside each other.

Judged by tests/reference.py, as core's are; the formulas are those of docs/maths/activations.md.
Each pair takes ``n`` numbers: the value writes ``A = f(Z)``, the way back ``dZ = dA f'(Z)``. ``c``
is the activation's setting, if it has one.
"""

from __future__ import annotations

from glassnet.core import activations as core
from glassnet.fast.compiled import Numbers, kernel, numbers
from glassnet.fast.scalars import erfc, exp, expm1, log1p, sigmoid, tanh

SELU_SCALE = core.SELU.SCALE
SELU_BELOW = core.SELU.SCALE * core.SELU.ALPHA
GELU_TANH_SLOPE = core.GELUTanh.SLOPE
SQRT_2 = 1.4142135623730951
DENSITY_AT_0 = 0.3989422804014327  # of the normal distribution: 1 / sqrt(2 pi)
CUBIC = 0.044715
FAR = 40.0  # beyond it the GELUs and Mish are 0 and z to the last digit


@kernel
def identity_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    for i in range(n):
        A[i] = Z[i]
    return 0.0


@kernel
def identity_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    for i in range(n):
        dZ[i] = dA[i]
    return 0.0


@kernel
def sigmoid_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    for i in range(n):
        A[i] = sigmoid(Z[i])
    return 0.0


@kernel
def sigmoid_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    one = real(1)
    for i in range(n):
        dZ[i] = dA[i] * (A[i] * (one - A[i]))
    return 0.0


@kernel
def tanh_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    for i in range(n):
        A[i] = tanh(Z[i])
    return 0.0


@kernel
def tanh_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    one = real(1)
    for i in range(n):
        dZ[i] = dA[i] * (one - A[i] * A[i])
    return 0.0


@kernel
def relu_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    zero = real(0)
    for i in range(n):
        A[i] = max(Z[i], zero)
    return 0.0


@kernel
def relu_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    zero, one = real(0), real(1)
    for i in range(n):
        dZ[i] = dA[i] * (one if Z[i] > zero else zero)
    return 0.0


@kernel
def leaky_relu_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    zero, s = real(0), real(c)
    for i in range(n):
        z = Z[i]
        A[i] = z if z > zero else s * z
    return 0.0


@kernel
def leaky_relu_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    zero, one, s = real(0), real(1), real(c)
    for i in range(n):
        dZ[i] = dA[i] * (one if Z[i] > zero else s)
    return 0.0


@kernel
def elu_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    zero, s = real(0), real(c)
    for i in range(n):
        z = Z[i]
        A[i] = z if z > zero else s * expm1(min(z, zero))
    return 0.0


@kernel
def elu_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    zero, one, s = real(0), real(1), real(c)
    for i in range(n):
        dZ[i] = dA[i] * (one if Z[i] > zero else A[i] + s)
    return 0.0


@kernel
def selu_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    zero = real(0)
    scale, below = real(SELU_SCALE), real(SELU_BELOW)
    for i in range(n):
        z = Z[i]
        A[i] = scale * z if z > zero else below * expm1(min(z, zero))
    return 0.0


@kernel
def selu_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    zero = real(0)
    scale, below = real(SELU_SCALE), real(SELU_BELOW)
    for i in range(n):
        dZ[i] = dA[i] * (scale if Z[i] > zero else A[i] + below)
    return 0.0


@kernel
def softplus_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    zero = real(0)
    for i in range(n):
        z = Z[i]
        A[i] = max(z, zero) + log1p(exp(-abs(z)))
    return 0.0


@kernel
def softplus_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    for i in range(n):
        dZ[i] = dA[i] * sigmoid(Z[i])
    return 0.0


@kernel
def gelu_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    for i in range(n):  # in float64: erfc(x) is worth 2 x² times the rounding of x
        A[i] = Z[i] * real(0.5 * erfc(float(Z[i]) / -SQRT_2))
    return 0.0


@kernel
def gelu_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    half = real(0.5)
    far = real(FAR)
    for i in range(n):
        z = min(max(Z[i], -far), far)
        density = real(DENSITY_AT_0) * exp(-half * z * z)
        dZ[i] = dA[i] * (real(0.5 * erfc(float(z) / -SQRT_2)) + z * density)
    return 0.0


@kernel
def gelu_tanh_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    one, half = real(1), real(0.5)
    slope, cubic, far = real(GELU_TANH_SLOPE), real(CUBIC), real(FAR)
    for i in range(n):
        near = min(max(Z[i], -far), far)
        A[i] = half * Z[i] * (one + tanh(slope * (near + cubic * near * near * near)))
    return 0.0


@kernel
def gelu_tanh_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    one, half = real(1), real(0.5)
    slope, cubic, far = real(GELU_TANH_SLOPE), real(CUBIC), real(FAR)
    for i in range(n):
        z = min(max(Z[i], -far), far)
        t = tanh(slope * (z + cubic * z * z * z))
        du = slope * (one + real(3) * cubic * z * z)
        dZ[i] = dA[i] * (half * (one + t) + half * z * (one - t * t) * du)
    return 0.0


@kernel
def silu_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    for i in range(n):
        A[i] = Z[i] * sigmoid(Z[i])
    return 0.0


@kernel
def silu_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    one = real(1)
    for i in range(n):
        s = sigmoid(Z[i])
        dZ[i] = dA[i] * (s * (one + Z[i] * (one - s)))
    return 0.0


@kernel
def mish_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    two = real(2)
    # tanh(log(1 + e)) = (e² + 2e) / (e² + 2e + 2) with e = exp(z).
    far = real(FAR)
    for i in range(n):
        e = exp(min(Z[i], far))
        w = e * (e + two)
        A[i] = Z[i] * (w / (w + two))
    return 0.0


@kernel
def mish_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    one, two = real(1), real(2)
    # t as above, sigmoid = e / (1 + e) and 1 - t² = 4 (1 + e)² / (w + 2)²; so the product of
    # the last two is 4 e (1 + e) / (w + 2)².
    far = real(FAR)
    for i in range(n):
        z = min(max(Z[i], -far), far)
        e = exp(z)
        w = e * (e + two)
        inverse = one / (w + two)
        dZ[i] = dA[i] * (w * inverse + z * (two * e * inverse) * (two * (e + one) * inverse))
    return 0.0


@kernel
def hard_tanh_value(Z: Numbers, A: Numbers, n: int, c: float) -> float:
    Z, A = numbers(Z, n), numbers(A, n)
    real = Z.dtype.type
    one = real(1)
    for i in range(n):
        A[i] = min(max(Z[i], -one), one)
    return 0.0


@kernel
def hard_tanh_back(Z: Numbers, A: Numbers, dA: Numbers, dZ: Numbers, n: int, c: float) -> float:
    Z, A, dA, dZ = numbers(Z, n), numbers(A, n), numbers(dA, n), numbers(dZ, n)
    real = Z.dtype.type
    zero, one = real(0), real(1)
    for i in range(n):
        dZ[i] = dA[i] * (one if abs(Z[i]) < one else zero)
    return 0.0


KERNELS: dict[type[core.Activation], tuple[kernel, kernel]] = {
    core.Identity: (identity_value, identity_back),
    core.Sigmoid: (sigmoid_value, sigmoid_back),
    core.Tanh: (tanh_value, tanh_back),
    core.ReLU: (relu_value, relu_back),
    core.LeakyReLU: (leaky_relu_value, leaky_relu_back),
    core.ELU: (elu_value, elu_back),
    core.SELU: (selu_value, selu_back),
    core.Softplus: (softplus_value, softplus_back),
    core.GELU: (gelu_value, gelu_back),
    core.GELUTanh: (gelu_tanh_value, gelu_tanh_back),
    core.SiLU: (silu_value, silu_back),
    core.Mish: (mish_value, mish_back),
    core.HardTanh: (hard_tanh_value, hard_tanh_back),
}
"""The value and the way back of every activation of core."""
